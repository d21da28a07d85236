/** The registered model. Its names are in the course text and in the training code. */
export const REGISTERED_MODEL = {
  name: "GourmetGramFood11Model",
  /** Alias of the newest version that passed its tests. */
  alias: "development",
  /** Alias of the version that passed the tests in staging last. */
  stagingAlias: "staging",
} as const;
