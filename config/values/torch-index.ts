/** Where torch comes from. */

/** PyTorch's own index of builds without CUDA. On PyPI, those for x86-64 bring several GB of CUDA. */
export const CPU_INDEX = "https://download.pytorch.org/whl/cpu";

/**
 * The package index from which an image takes torch, unless the stack chooses one.
 *
 * @param baseImage What the image is built on. Docker's official Python image has no torch; another may bring its own,
 *   built against its own libraries.
 * @returns `undefined` for the index that pip uses for everything
 */
export function torchIndexOf(baseImage: string): string | undefined {
  return isOfficialPython(baseImage) ? CPU_INDEX : undefined;
}

/** Whether an image is Docker's official one with Python, from Docker Hub or a mirror of it. */
function isOfficialPython(image: string): boolean {
  return /^(?:(?:docker\.io\/)?(?:library\/)?|[^@]+\/library\/)python(?:[:@]|$)/.test(image);
}
