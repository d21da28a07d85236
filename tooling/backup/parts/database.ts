/** MLflow's database: a dump by Postgres's own programs, and what was in it at the same moment. */
import { PassThrough, type Readable, type Writable } from "node:stream";
import type { LabOutputs } from "../../../stacks";
import type { DatabaseRecord } from "../file/manifest";
import type { BackupWriter } from "../file/writer";
import { printedBy, type RunInLab } from "./access";

/** The model that the lab trains, with the alias of what staging serves. */
type Model = LabOutputs["registeredModel"];

/** The tables are those of MLflow 3, which keeps the row of a version that was deleted, and the place of its files. */
const survey = ({ name, stagingAlias }: Model): string => `SELECT json_build_object(
  'experiments', (SELECT count(*) FROM experiments),
  'runs', (SELECT count(*) FROM runs),
  'unfinished', (SELECT count(*) FROM runs WHERE status IN ('RUNNING', 'SCHEDULED')),
  'models', (SELECT count(*) FROM registered_models),
  'versions', (SELECT count(*) FROM model_versions),
  'staging', (SELECT min(version)::text FROM registered_model_aliases
    WHERE name = '${name}' AND alias = '${stagingAlias}'),
  'images', (SELECT coalesce(json_agg(value), '[]') FROM (
    SELECT value FROM tags WHERE key = 'training_image'
    UNION SELECT value FROM model_version_tags WHERE key IN ('image', 'training_image')
    ORDER BY 1) AS named WHERE value LIKE '%@sha256:%'),
  'sources', (SELECT coalesce(json_agg(json_build_object(
    'version', name || ' ' || version,
    'path', substring(coalesce(storage_location, source) FROM '^mlflow-artifacts:/+(.*)$'))
    ORDER BY name, version), '[]') FROM model_versions
    WHERE current_stage IS DISTINCT FROM 'Deleted_Internal'),
  'schema', (SELECT min(version_num) FROM alembic_version),
  'postgres', current_setting('server_version_num')::int / 10000)`;

const PSQL = 'psql -XqAt -v ON_ERROR_STOP=1 -U "$POSTGRES_USER"';

/** Dumped and looked at in one snapshot, so that both tell the same whatever is written meanwhile. */
const dumpScript = (model: Model): string => `exec ${PSQL} -d "$POSTGRES_DB" <<'EOF'
BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY;
SELECT pg_export_snapshot() AS snapshot \\gset
${survey(model)} AS survey \\gset
\\warn :survey
\\setenv SNAPSHOT :snapshot
\\! pg_dump --format=custom --no-owner --no-privileges --snapshot="$SNAPSHOT" -U "$POSTGRES_USER" -d "$POSTGRES_DB" && echo DUMPED >&2
COMMIT;
EOF`;

const LOOK = `exec ${PSQL} -d "$POSTGRES_DB" -c "$1"`;

/**
 * Restores beside the database that is there, and takes its place when all is in. What a reference to an image begins
 * with ($2, to become $3) is that of the lab; runs that were under way have nobody who ends them.
 */
const RESTORE = `set -eu
${PSQL} -d postgres <<'EOF'
DROP DATABASE IF EXISTS restoring;
CREATE DATABASE restoring TEMPLATE template0;
EOF
head -c "$1" | pg_restore --no-owner --no-privileges --exit-on-error --single-transaction -U "$POSTGRES_USER" -d restoring
${PSQL} -d restoring -v "old=$2" -v "new=$3" <<'EOF'
UPDATE model_version_tags SET value = :'new' || substr(value, length(:'old') + 1)
  WHERE key IN ('image', 'training_image') AND starts_with(value, :'old');
UPDATE tags SET value = :'new' || substr(value, length(:'old') + 1)
  WHERE key = 'training_image' AND starts_with(value, :'old');
UPDATE runs SET status = 'KILLED', end_time = (extract(epoch FROM now()) * 1000)::bigint
  WHERE status IN ('RUNNING', 'SCHEDULED');
EOF
${PSQL} -d postgres -v "name=$POSTGRES_DB" <<'EOF'
DROP DATABASE IF EXISTS replaced WITH (FORCE);
SELECT format('ALTER DATABASE %I ALLOW_CONNECTIONS false', datname) FROM pg_database WHERE datname = :'name' \\gexec
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :'name' \\g /dev/null
SELECT format('ALTER DATABASE %I RENAME TO replaced', datname) FROM pg_database WHERE datname = :'name' \\gexec
ALTER DATABASE restoring RENAME TO :"name";
DROP DATABASE IF EXISTS replaced WITH (FORCE);
EOF`;

const program = (script: string, ...args: readonly string[]): string[] => ["sh", "-c", script, "sh", ...args];

/**
 * Dumps the database into the backup.
 *
 * @returns what it held at the moment of the dump
 */
export async function dumpDatabase(
  run: RunInLab,
  model: Model,
  writer: BackupWriter,
  path: string,
): Promise<DatabaseRecord> {
  const said = await stored(writer, path, (output) => run(program(dumpScript(model)), { output }));
  const lines = said.split("\n").map((line) => line.trim());
  if (!lines.includes("DUMPED")) throw new Error(`pg_dump failed: ${said.trim()}`);
  return surveyIn(lines);
}

/** Puts what a program prints into the backup. @returns what it wrote to standard error */
export async function stored(
  writer: BackupWriter,
  path: string,
  produce: (output: Writable) => Promise<string>,
): Promise<string> {
  const output = new PassThrough();
  const produced = produce(output).catch((error: unknown) => {
    output.destroy(error as Error);
    throw error;
  });
  const added = writer.add(path, output);
  // The next file begins where this one has ended, also where it has failed.
  const [said] = await Promise.all([produced, added]).finally(() => added.catch(() => undefined));
  return said;
}

/** What the database holds now. */
export async function surveyDatabase(run: RunInLab, model: Model): Promise<DatabaseRecord> {
  return surveyIn((await printedBy(run, program(LOOK, survey(model)))).split("\n"));
}

function surveyIn(lines: readonly string[]): DatabaseRecord {
  const line = lines.find((each) => each.startsWith("{"));
  if (line === undefined) throw new Error(`the database does not tell what it holds: ${lines.join(" ")}`);
  return JSON.parse(line) as DatabaseRecord;
}

/**
 * Has the database be that of a dump. Until all of it is in, the database is what it was.
 *
 * @param bytes Size of the dump.
 * @param from What references of images begin with in the dump, and `to` in this lab.
 */
export async function restoreDatabase(
  run: RunInLab,
  dump: Readable,
  bytes: number,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> {
  await run(program(RESTORE, String(bytes), `${from}/`, `${to}/`), { input: dump });
}
