// The editor with all of its features, and the two languages that manifests are written in. Argo's own build adds both,
// and the editor's workers, with a plugin of webpack.
import "monaco-editor/esm/vs/editor/edcore.main";
import "monaco-editor/esm/vs/basic-languages/yaml/yaml.contribution";
import "monaco-editor/esm/vs/language/json/monaco.contribution";

// With its ending: without it, the name stands for this file.
export * from "monaco-editor/esm/vs/editor/editor.api.js";

globalThis.MonacoEnvironment = {
  getWorkerUrl: (_, language) =>
    new URL(language === "json" ? "json.worker.js" : "editor.worker.js", document.baseURI).href,
};
