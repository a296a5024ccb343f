// All four subgraphs, from memory, in one process: subgraphs.mjs PORT
// A query is read once and becomes a tree of steps, so that what is measured is the gateway.
import http from "node:http";
import { parse } from "graphql";

const PEOPLE = 1000;
const KNOWN_FOR = 4;
const titleId = (n) => `tt${n}`;
const numbers = (count) => Array.from({ length: count }, (_, n) => n);
const table = (count, key, make) => new Map(numbers(count).map((n) => [key(n), make(n)]));
const titleTable = (make) =>
  table(PEOPLE * KNOWN_FOR, titleId, (n) => ({ __typename: "Title", id: titleId(n), ...make(n) }));

const people = table(PEOPLE, (n) => `nm${n}`, (n) => ({
  __typename: "Person",
  id: `nm${n}`,
  name: `Person ${n}`,
  knownFor: numbers(KNOWN_FOR).map((k) => ({ __typename: "Title", id: titleId(n * KNOWN_FOR + k) })),
}));
const titles = titleTable((n) => ({ title: `Title number ${n}`, year: 1950 + (n % 75) }));
const ratings = titleTable((n) => ({
  rating: { __typename: "Rating", average: (n % 100) / 10 + 0.05, votes: n * 37 },
}));
const images = titleTable((n) => ({
  image: { __typename: "Image", url: `https://images.example/${titleId(n)}/poster.jpg` },
}));

const entities = (rows) => ({ representations }) => representations.map(({ id }) => rows.get(id) ?? null);
const graphs = {
  "/names": {
    __typename: "Query",
    person: ({ id }) => people.get(id) ?? null,
    people: ({ first }) => [...people.values()].slice(0, first),
    _entities: entities(people),
  },
  "/titles": { __typename: "Query", title: ({ id }) => titles.get(id) ?? null, _entities: entities(titles) },
  "/ratings": { __typename: "Query", _entities: entities(ratings) },
  "/images": { __typename: "Query", _entities: entities(images) },
};

const known = new Map();

function steps(text) {
  if (!known.has(text)) {
    const { definitions } = parse(text, { noLocation: true });
    const fragments = new Map(definitions.filter((d) => d.kind === "FragmentDefinition").map((d) => [d.name.value, d]));
    const operation = definitions.find((d) => d.kind === "OperationDefinition");
    known.set(text, read(operation.selectionSet, undefined, fragments));
  }
  return known.get(text);
}

function read(set, on, fragments) {
  return set.selections.flatMap((node) => {
    if (node.kind === "FragmentSpread") node = fragments.get(node.name.value);
    if (node.kind !== "Field") return read(node.selectionSet, node.typeCondition?.name.value ?? on, fragments);
    const inner = node.selectionSet && read(node.selectionSet, undefined, fragments);
    const values = (node.arguments ?? []).map(({ name, value }) => [name.value, constant(value)]);
    return [{ key: node.alias?.value ?? node.name.value, name: node.name.value, on, inner, values }];
  });
}

function constant(node) {
  if (node.kind === "Variable") return (variables) => variables[node.name.value];
  const value = node.kind === "IntValue" ? Number(node.value) : node.value;
  return () => value;
}

function run(todo, object, variables) {
  const made = {};
  for (const { key, name, on, inner, values } of todo) {
    if (on !== undefined && on !== object.__typename) continue;
    let value = object[name];
    if (typeof value === "function") value = value(Object.fromEntries(values.map(([k, get]) => [k, get(variables)])));
    if (inner && Array.isArray(value)) made[key] = value.map((each) => each && run(inner, each, variables));
    else made[key] = inner && value ? run(inner, value, variables) : (value ?? null);
  }
  return made;
}

const server = http.createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const { query, variables } = JSON.parse(Buffer.concat(chunks));
    const body = Buffer.from(JSON.stringify({ data: run(steps(query), graphs[request.url], variables ?? {}) }));
    response.writeHead(200, { "content-type": "application/json", "content-length": body.length });
    response.end(body);
  });
});
server.keepAliveTimeout = 600_000;
server.headersTimeout = 610_000;
server.listen(Number(process.argv[2]), "127.0.0.1");
