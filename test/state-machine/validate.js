// Checks a definition in the Amazon States Language, which is read from standard input: its structure, and every
// expression with the reference implementation of JSONata. Prints one line for each problem, and nothing if there is none.
const aslValidator = require("asl-validator");
const jsonata = require("jsonata");

function* texts(value, path) {
  if (typeof value === "string") {
    yield [path, value];
  } else if (value !== null && typeof value === "object") {
    for (const [name, part] of Object.entries(value)) {
      yield* texts(part, `${path}/${name}`);
    }
  }
}

const definition = JSON.parse(require("fs").readFileSync(0, "utf8"));
const { isValid, errorsText } = aslValidator(definition, { checkPaths: true, checkArn: true });
if (!isValid) {
  console.log(errorsText("\n"));
}
for (const [path, text] of texts(definition, "")) {
  if (text.startsWith("{%")) {
    try {
      jsonata(text.slice(2, -2));
    } catch (error) {
      console.log(`${path}: ${error.message}`);
    }
  }
}
