/** The images that the stack builds and pushes. */
export { BuiltImage } from "./built-image";
export { GIT_SERVER_FOLDER, IMAGES } from "./images";
