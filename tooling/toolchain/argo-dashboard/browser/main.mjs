import "./src/index.tsx";
import "./autocomplete.css";
