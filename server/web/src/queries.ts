// The queries that the explorer opens with, one a tab; a tab is named after its operation.
//
// They are examples to change and to learn from: each asks for one thing that people want to
// know, and its first line says what.

export const QUERIES: string[] = [
  `# How many sites of each nation are ready?
query ReadinessSummary {
  readinessSummary(groupBy: NATION) {
    key
    title
    counts { profile ready readyWithActions notReady indeterminate }
  }
}
`,
  `# Which technologies and which measures are there?
query Dictionary {
  profiles { id title }
  measures { id title }
}
`,
  `# Which sites are there? For the next page, add
# after: "..." with the endCursor of this one.
query Sites {
  sites(first: 20) {
    nodes { code name }
    pageInfo { hasNextPage endCursor }
  }
}
`,
];
