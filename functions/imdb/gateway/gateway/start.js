"use strict";

const defaultQuery = `# What is Jackie Chan known for?
query KnownFor($id: ID = "nm0000329") {
  name(id: $id) {
    nameText
    primaryImage { url width height caption }
    knownFor(first: 4) {
      id
      titleText
      releaseYear
      rating { average votes }
      primaryImage { url width height caption }
    }
  }
}
`;

const address = new URL("graphql", document.baseURI).href;
const headers = { "apollographql-client-name": "graphiql" };
const fetcher = GraphiQL.createFetcher({ url: address, headers });
ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, { fetcher, defaultQuery, shouldPersistHeaders: false }),
);
