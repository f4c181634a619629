// The queries that the explorer opens with, one a tab; a tab is named after its operation.
//
// They are examples to change and to learn from: each asks for one thing that people want to
// know, and its first line says what.

export const QUERIES: string[] = [
  `# How many sites of each nation are ready for each technology?
query ReadinessSummary {
  readinessSummary(groupBy: NATION) {
    key
    title
    counts { profile ready readyWithActions notReady indeterminate }
  }
}
`,
  `# Which technologies can be asked about, and which measures can be reported?
query Dictionary {
  profiles { id title }
  measures { id title }
}
`,
  `# Which sites are there? Ask for the next page with "after: <endCursor>".
query Sites {
  sites(first: 20) {
    nodes { code name }
    pageInfo { hasNextPage endCursor }
  }
}
`,
];
