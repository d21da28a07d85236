/** How much room each part of the lab has. */
export { type Amounts, NOTHING, claimAmounts, most, podAmounts, quantities, sum, times } from "./amounts";
export { type LabSize, type Resources, SIZES, type SizeName, sizeOf } from "./lab-size";
export { servicePods } from "./service-pods";
