/** What the registry's guard lets pass: its configuration for nginx, with the rules in one place. */
import { FULL, layerTooLarge } from "./registry-space";

/** Where the guard finds things; the test that runs nginx itself has other places than the pod. */
export interface GuardPlaces {
  /** Address and port, or the port alone, on which it listens. */
  readonly listen: string | number;
  /** `host:port` of the registry. */
  readonly registry: string;
  /** Folder with a file for each user, which holds `name:hash`. */
  readonly users: string;
  /** Folder in which nginx may write. */
  readonly temp: string;
  /** Folder with what was measured of the owners' space. */
  readonly space: string;
}

/** The user that may write everywhere, with whom the base pushes its images. */
export const BASE_USER = "base";

/** Path that answers as soon as the registry behind the guard does. */
export const READY_PATH = "/healthz";

/** Path that the guard answers by itself. */
export const ALIVE_PATH = "/alive";

/** Folder of the guard's pod in which it may write. */
export const GUARD_TEMP = "/tmp";

/** File in the folder for writing: as long as it is there, nobody changes what the registry holds. */
export const READ_ONLY_FILE = "read-only";

/**
 * Requests that one address may have under way. Nodes and builds have an address each: a node pulls some layers at a
 * time, and BuildKit no more than five from one registry. A node's address stands for all that comes by its port.
 */
export const REQUESTS_AT_ONCE = 64;

const TOO_MANY = JSON.stringify({
  errors: [
    {
      code: "TOOMANYREQUESTS",
      message: `more than ${REQUESTS_AT_ONCE} requests at once from one address. Ask again later.`,
    },
  ],
});

/**
 * Connections of each of two processes, of which one may get nearly all. A request takes two, and as many addresses as a
 * large class has may each have as many requests as they may. All of them, with a question that never ends on each, take
 * about 70 MiB.
 */
const CONNECTIONS = 4096;

// A repository without a slash is the base's; of any other the first part is the name of its owner.
const REPOSITORY = "[a-z0-9][a-z0-9._-]*";
const OWNER = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?";
const DIGEST = "[a-z0-9]+(?::|%3[Aa])[0-9a-f]+";
// Spelt out for queries, where clients may escape the slash. A part never starts with a dot.
const REST = String.raw`(?:(?:/|%2[Ff])[a-z0-9][a-z0-9._-]*)+`;
// `origin` names another registry, and this one does not look at it.
const HARMLESS = String.raw`(?:(?:mount|digest)=${DIGEST}|origin=[A-Za-z0-9._:%-]*)`;

/**
 * nginx's configuration.
 *
 * The path decides who has to ask: everyone may read the base's repositories, whatever credentials come along, and
 * needs a name for anything else. Only plainly written paths are taken, so what is judged here and what the registry
 * reads are the same text.
 *
 * @param limit KiB that an owner may take. No layer may be larger.
 */
export function guardConfig({ listen, registry, users, temp, space }: GuardPlaces, limit: number): string {
  return String.raw`daemon off;
worker_processes 2;
worker_rlimit_nofile ${CONNECTIONS + 128};
pid ${temp}/nginx.pid;
error_log stderr warn;

events {
  worker_connections ${CONNECTIONS};
}

http {
  access_log /dev/stdout;
  server_tokens off;

  client_body_temp_path ${temp}/client_body;
  proxy_temp_path ${temp}/proxy;
  fastcgi_temp_path ${temp}/fastcgi;
  scgi_temp_path ${temp}/scgi;
  uwsgi_temp_path ${temp}/uwsgi;

  # From whoever begins to ask, and between two parts of what is sent: who says nothing holds no connection for long.
  client_header_timeout 10s;
  client_body_timeout 60s;
  send_timeout 60s;
  reset_timedout_connection on;

  # The probes come from a node, too.
  map $uri $asking_address {
    ${ALIVE_PATH} "";
    ${READY_PATH} "";
    default $binary_remote_addr;
  }
  limit_conn_zone $asking_address zone=addresses:2m;
  limit_conn addresses ${REQUESTS_AT_ONCE};
  limit_conn_status 429;

  # Layers are large, and pass without being kept here.
  proxy_connect_timeout 5s;
  proxy_read_timeout 900s;
  proxy_send_timeout 900s;
  proxy_request_buffering off;
  proxy_buffering off;
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  proxy_set_header Host $http_host;
  # The registry asks nobody, so passwords end here.
  proxy_set_header Authorization "";

  map $request_method $is_write {
    GET 0;
    HEAD 0;
    default 1;
  }

  # No client escapes anything in a path. Whoever does, or writes parts that start with a dot or have no name, wants
  # the path to mean one thing here and another behind.
  map $request_uri $is_plain {
    "~^[^?]*(?://|/\.)" 0;
    "~^/[A-Za-z0-9._:/+=-]*(?:\?|\z)" 1;
    default 0;
  }

  # The file with the one user who may use an owner's repositories; the other is the base's.
  map $remote_user $account_for_owner {
    ${BASE_USER} ${BASE_USER};
    default $owner;
  }

  # The file of whoever asks. A name that can be nobody's leads to a file that does not have it.
  map $remote_user $account_of_anyone {
    "~^(?<name>${OWNER})\z" $name;
    default ${BASE_USER};
  }

  # Whose space has to have room: nobody's for what adds nothing, and for the base. No owner is called "-".
  map "$request_method $account_for_owner" $adds_to {
    "~^(?:GET|HEAD|DELETE) " -;
    "~ ${BASE_USER}\z" -;
    default $owner;
  }

  # A blob may come from another repository only if that is the base's or the same owner's. The base may use any.
  # Otherwise the upload loses its query and goes on as an ordinary one, which is what clients expect of a registry
  # that cannot do it: BuildKit asks by itself for layers that it knows from another student's build.
  map "$account_for_owner $args" $upload_args {
    "~^${BASE_USER} " $args;
    "~^(?<who>[a-z0-9-]+)(?:[ &](?:${HARMLESS}|from=(?:${REPOSITORY}|\k<who>${REST})))+\z" $args;
    default "";
  }
  # Other methods continue an upload, where the registry looks for no other repository.
  map $request_method $owner_args {
    POST $upload_args;
    default $args;
  }

  # From a form the registry would take what the query does not say.
  map $uri $passed_content_type {
    "~/blobs/uploads/[^/]*\z" application/octet-stream;
    default $content_type;
  }
  proxy_set_header Content-Type $passed_content_type;

  # nginx's own answers say so too; the registry's already do.
  map $upstream_http_docker_distribution_api_version $api_version {
    "" registry/2.0;
  }
  add_header Docker-Distribution-Api-Version $api_version always;

  server {
    listen ${listen};

    if ($is_plain = 0) {
      return 400;
    }

    # While space is freed. A layer whose image is not there yet would be taken for waste, and the image be broken.
    set $is_refused $is_write;
    if (!-f ${temp}/${READ_ONLY_FILE}) {
      set $is_refused 0;
    }
    if ($is_refused) {
      return 503;
    }

    # An owner without room has a file, which then stands in for the registry in what would add something. It is looked
    # for after the password, which conditions are not. nginx serves no file to POST, PATCH and PUT, and answers 405.
    root ${space};
    error_page 405 =403 /${FULL}/$adds_to;

    client_max_body_size ${limit}k;
    error_page 413 /too-large;
    error_page 429 /too-many;

    location / {
      return 404;
    }

    location = ${ALIVE_PATH} {
      access_log off;
      return 200;
    }

    location = ${READY_PATH} {
      access_log off;
      proxy_pass http://${registry}/;
    }

    # Docker learns here, and nowhere else, that it has to present its credentials.
    location = /v2/ {
      auth_basic registry;
      auth_basic_user_file ${users}/$account_of_anyone;
      proxy_pass http://${registry};
    }

    location = /v2/_catalog {
      auth_basic registry;
      auth_basic_user_file ${users}/${BASE_USER};
      proxy_pass http://${registry};
    }

    # The base's repositories.
    location ~ ^/v2/${REPOSITORY}/(?:manifests|blobs|tags|referrers)/[^/]+\z {
      limit_except GET {
        auth_basic registry;
        auth_basic_user_file ${users}/${BASE_USER};
      }
      proxy_pass http://${registry};
    }

    location ~ ^/v2/${REPOSITORY}/blobs/uploads/[^/]*\z {
      client_max_body_size 0;
      auth_basic registry;
      auth_basic_user_file ${users}/${BASE_USER};
      proxy_pass http://${registry};
    }

    # An owner's repositories.
    location ~ ^/v2/(?<owner>${OWNER})/.+/blobs/uploads/[^/]*\z {
      auth_basic registry;
      auth_basic_user_file ${users}/$account_for_owner;
      set $args $owner_args;
      try_files /${FULL}/$adds_to @registry;
    }

    location ~ ^/v2/(?<owner>${OWNER})/ {
      auth_basic registry;
      auth_basic_user_file ${users}/$account_for_owner;
      try_files /${FULL}/$adds_to @registry;
    }

    location @registry {
      proxy_pass http://${registry};
    }

    location /${FULL}/ {
      internal;
      default_type application/json;
    }

    location = /too-many {
      internal;
      default_type application/json;
      return 429 '${TOO_MANY}';
    }

    location = /too-large {
      internal;
      default_type application/json;
      return 413 '${layerTooLarge(limit)}';
    }
  }
}
`;
}
