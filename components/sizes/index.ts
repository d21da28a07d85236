/** The resources of each part of the lab. */
export {
  type Amounts,
  CONTAINER_DISK,
  NOTHING,
  claimAmounts,
  most,
  podAmounts,
  quantities,
  sum,
  times,
} from "./amounts";
export { type LabSize, type Resources, SIZES, type SizeName, sizeOf } from "./lab-size";
export { servicePods } from "./service-pods";
