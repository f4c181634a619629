// The GraphQL explorer: GraphiQL, bundled here so that it works without the internet and under a
// strict content security policy.
//
// Queries to start from belong to queries.ts. An address such as /graphiql?query={profiles{id}}
// (and `variables=` beside it) opens with that query; nothing runs until the reader says so.

import { GraphiQL, type GraphiQLProps } from "graphiql";
import { createRoot } from "react-dom/client";
import { QUERIES } from "./queries";
import "graphiql/graphiql.css";
import "./graphiql.css";

/** Sends one operation to the server that the page came from. */
const ask: GraphiQLProps["fetcher"] = async (operation, options) => {
  const reply = await fetch("/graphql", {
    method: "POST",
    headers: { ...options?.headers, "content-type": "application/json" },
    body: JSON.stringify(operation),
  });
  const text = await reply.text();
  try {
    return JSON.parse(text);
  } catch {
    // A proxy or a refusal in plain text: what it said is more use than a parser's complaint.
    throw new Error(`The server answered ${reply.status}: ${text || "no text"}`);
  }
};

const address = new URLSearchParams(location.search);
const query = address.get("query");
const asked = query === null ? undefined : { query, variables: address.get("variables") ?? "" };
const tabs = QUERIES.map((query) => ({ query }));

const explorer = document.getElementById("explorer");
if (explorer === null) throw new Error('graphiql.html has no element "explorer"');
createRoot(explorer).render(
  <GraphiQL fetcher={ask} {...asked} defaultTabs={asked ? [asked, ...tabs] : tabs}>
    <GraphiQL.Logo>
      <h1 className="home">
        <a href="/">Siteworthy</a>
      </h1>
    </GraphiQL.Logo>
  </GraphiQL>,
);
