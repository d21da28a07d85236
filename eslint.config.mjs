import tseslint from "typescript-eslint";

export default tseslint.config(
  {
    ignores: [
      "node_modules/",
      "site/",
      "dist/",
      "images/*/dist/",
      "packages/*/dist/",
      "test/fixtures/",
      "**/*.mjs",
      "**/*.cjs",
    ],
  },
  ...tseslint.configs.recommendedTypeChecked,
  {
    // One program of all files, which takes a third less time than a language service that is told of each.
    languageOptions: { parserOptions: { project: "./tsconfig.json", tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      // An Output in a template literal becomes a warning text inside a resource: use pulumi.interpolate.
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true, allowAny: false, allowNullish: false },
      ],
      "@typescript-eslint/no-explicit-any": "error",
    },
  },
  {
    // mocha's describe() and it() return nothing that needs awaiting.
    files: ["test/**/*.ts"],
    rules: { "@typescript-eslint/no-unused-expressions": "off" },
  },
);
