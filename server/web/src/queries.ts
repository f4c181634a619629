// The queries that the explorer opens with, one a tab; a tab is named after its operation.
//
// They are examples to change and to learn from: each asks for one thing that people want to
// know, and its first line says what. A test asks the service all of them.

export const QUERIES: string[] = [
  `# How many sites of each nation are ready?
query ReadinessSummary {
  readinessSummary(groupBy: NATION) {
    title
    sites
    counts { profile ready readyWithActions notReady indeterminate }
  }
}
`,
  `# Which sites are nearest to being ready for a technology? For the next page, add
# after: "..." with the endCursor of this one.
query Sites {
  sites(first: 20, order: { by: SCORE, technology: "surgical-robot" }) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes {
      code
      name
      organisation { name }
      readiness(technology: "surgical-robot") {
        readiness score scoreLow scoreHigh coverage spacesReady spaces
        capital { low central high }
      }
    }
  }
}
`,
  `# Why does a site stand as it does? Change the code to that of a site of yours.
query Explanation {
  site(code: "ZZN02") {
    name
    readiness(technology: "surgical-robot") {
      readiness
      score
      gatesFailed
      requirements {
        sentence
        verdict
        gate
        gapToMinimum
        unit
        remedy
        reference
        evidence
        inputs { measure value observedOn method file row column }
      }
    }
  }
}
`,
  `# What is missing for all technologies, and what does it cost?
query InvestmentGap {
  investmentGap(level: MINIMUM) {
    total { sites sitesWithGap capital { low central high } linesWithoutCost notKnown }
    organisations { name totals { capital { low central high } } }
    lines(first: 10) {
      nodes { siteCode site place title quantity { central } unit capital { central } remark }
    }
    statement { label text }
  }
}
`,
  `# Which files is the record made of, and what was wrong with them?
query Surveys {
  surveys(first: 10) {
    nodes {
      id
      fileName
      status
      rowsRead
      problemCounts { refused warnings notes }
      problems(first: 5) { nodes { severity row column value message advice } }
    }
  }
}
`,
  `# What can be measured, and in which unit?
query Measures {
  measures(domain: POWER) { id title unit range choices help reference evidence }
}
`,
];
