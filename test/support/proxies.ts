/** Has the tests of a `describe` run without the proxies of this machine's environment. */
export function withoutProxies(): void {
  const names = Object.keys(process.env).filter((name) => /_proxy$/i.test(name));
  const before = new Map(names.map((name) => [name, process.env[name]]));
  beforeEach(() => names.forEach((name) => delete process.env[name]));
  afterEach(() => before.forEach((value, name) => (process.env[name] = value)));
}
