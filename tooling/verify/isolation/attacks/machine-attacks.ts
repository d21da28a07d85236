/** What a user of the kind cluster's machine reaches. The nodes are containers there. */
import { configFrom } from "../../../live/api-clients";
import { anyway } from "../tries/network-tries";
import { type Student, servicesOf } from "../students/student";
import { type NetworkPlace, triesOf, type Try } from "../tries/try";

/** By address, since names of Services resolve in the cluster alone. The API server's port shows that connections can be made. */
export function machineAttacks(student: Student): Try[] {
  const server = new URL(configFrom(student.kubeconfig).getCurrentCluster()?.server ?? "");
  const places = [...servicesOf(student), student.builder].flatMap((service) =>
    anyway(`${student.name}'s`, service).filter(({ host }) => service.addresses.includes(host)),
  );
  const { reached, refused } = triesOf<NetworkPlace>("a program on this machine", (place) => ({
    kind: "dial",
    ...place,
  }));
  return [
    reached("the API server", { host: server.hostname, port: Number(server.port) }),
    ...places.map(({ what, ...place }) => refused(what, place)),
  ];
}
