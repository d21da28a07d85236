import { join } from "node:path";
import { checkout } from "../../machine/paths";

/** The classes of the data set Food-11, which the model tells apart. */
export const FOOD_CLASSES: readonly string[] = [
  "Bread",
  "Dairy product",
  "Dessert",
  "Egg",
  "Fried food",
  "Meat",
  "Noodles/Pasta",
  "Rice",
  "Seafood",
  "Soup",
  "Vegetable/Fruit",
];

/** A JPEG of food: the one that the pipeline tries a new image with. */
export const FOOD_PICTURE = join(checkout, "images/pipeline/src/gourmetgram_pipeline/sample_picture.jpg");
