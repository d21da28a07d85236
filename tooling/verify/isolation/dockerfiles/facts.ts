/**
 * The script of a step that is root in its build, and looks for what that gives. It prints a list of answers.
 *
 * The second number of a map of user ids is root's where there is no user namespace around it.
 */
export const FACTS_SCRIPT = `
import glob, json, os, re, stat

def status(code, text=""):
    return {"kind": "status", "status": code, **({"text": text} if text else {})}

def tried(work):
    try:
        work()
    except OSError as problem:
        return status(403, str(problem))
    return status(200)

def found(names):
    return status(200, ", ".join(sorted(names))) if names else status(404)

def passwords():
    for path in glob.glob("/proc/[0-9]*/environ"):
        try:
            pairs = open(path, errors="replace").read().split(chr(0))
        except OSError:
            continue
        yield from (name for name, _, value in (pair.partition("=") for pair in pairs)
                    if value and re.search("PASSW|TOKEN|SECRET|AUTH", name))

TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token"
outside = open("/proc/self/uid_map").read().split()
print(json.dumps([
    status(200 if os.getuid() == 0 else 403),
    status(200 if outside[1] == "0" else 403, " ".join(outside[:3])),
    tried(lambda: os.mknod("/tmp/verify-disk", 0o600 | stat.S_IFBLK, os.makedev(8, 0))),
    tried(lambda: os.close(os.open("/proc/sys/kernel/core_pattern", os.O_WRONLY))),
    found(glob.glob(TOKEN) + glob.glob("/proc/[0-9]*/root" + TOKEN)),
    found(set(passwords())),
]))
`;
