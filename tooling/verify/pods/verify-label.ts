/** Label of everything that a verification creates; its value is the verification's id. */
export const VERIFY_LABEL = "gourmetgram/verify";
