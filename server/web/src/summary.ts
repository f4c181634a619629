// The one question that the front page asks, and the shape of its answer.
//
// How the answer is shown belongs to landing.ts. The query is written here and nowhere else.

const QUERY = `query ReadinessSummary {
  profiles { id title place horizon }
  readinessSummary(groupBy: NATION) {
    key
    title
    counts { profile ready readyWithActions notReady indeterminate }
  }
  future: readinessSummary(groupBy: NATION, horizon: FUTURE) {
    key
    counts { profile ready readyWithActions notReady indeterminate }
  }
}`;

/** How long a reader is kept waiting before the page says that no answer came. */
const PATIENCE_MS = 20_000;

/** One technology. */
export interface Profile {
  id: string;
  title: string;
  /** "site", or the kind of space in which it is judged. */
  place: string;
  /** Whether it can be deployed today. */
  horizon: "NOW" | "FUTURE";
}

/** How many sites of one group have each readiness for one profile. */
export interface Counts {
  /** Id of the profile. */
  profile: string;
  ready: number;
  readyWithActions: number;
  notReady: number;
  indeterminate: number;
}

/** One nation and its counts, one entry a profile. */
export interface Group {
  key: string;
  title: string;
  counts: Counts[];
}

/** The whole answer. */
export interface Summary {
  profiles: Profile[];
  readinessSummary: Group[];
}

/** The answer as it is sent: technologies of the future are counted apart. */
interface Data extends Summary {
  future: Pick<Group, "key" | "counts">[];
}

/** Why there is no answer, in a sentence for the reader. */
export class NoAnswer extends Error {}

/** A GraphQL response as far as this page reads it. */
interface Response {
  data?: Data | null;
  errors?: { message: string }[];
}

/** Asks the service; throws `NoAnswer` whatever goes wrong. */
export async function askReadinessSummary(): Promise<Summary> {
  let response: Response;
  try {
    const reply = await fetch("/graphql", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: QUERY }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    response = (await reply.json()) as Response;
  } catch (cause) {
    // Not reached, too slow, or a proxy's page instead of JSON: the reader can do one thing.
    throw new NoAnswer("It may be starting or busy. Please try again in a minute.", { cause });
  }
  const refusal = response.errors?.[0];
  if (refusal !== undefined) throw new NoAnswer(`It said: ${refusal.message}`);
  if (!response.data) throw new NoAnswer("Its answer was empty. Please try again in a minute.");
  const { profiles, readinessSummary, future } = response.data;
  const groups = readinessSummary.map((group) => {
    const later = future.find(({ key }) => key === group.key);
    return { ...group, counts: [...group.counts, ...(later?.counts ?? [])] };
  });
  return { profiles, readinessSummary: groups };
}
