// Fills the front page: asks for the summary, offers the technologies, shows one as a table.
//
// What is asked belongs to summary.ts; every fixed text stands in index.html.

import { askReadinessSummary, NoAnswer, type Counts, type Profile, type Summary } from "./summary";

/** The element with this id; its absence is a mistake in index.html. */
function part<E extends HTMLElement>(id: string, kind: new () => E): E {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`index.html has no ${kind.name} "${id}"`);
  return element;
}

const choose = part("choose", HTMLDivElement);
const profileSelect = part("profile", HTMLSelectElement);
const progress = part("progress", HTMLParagraphElement);
const problem = part("problem", HTMLDivElement);
const problemText = part("problem-text", HTMLParagraphElement);
const again = part("again", HTMLButtonElement);
const table = part("summary", HTMLDivElement);
const caption = part("summary-caption", HTMLTableCaptionElement);
const rows = part("summary-rows", HTMLTableSectionElement);
const total = part("summary-total", HTMLTableSectionElement);

/** How technologies that nobody can deploy today are marked. */
const NOT_YET = "Not available yet";

const number = new Intl.NumberFormat("en-GB");

/** The four counts in the order of the columns, and their sum. */
function figures(counts: Counts): number[] {
  const each = [counts.ready, counts.readyWithActions, counts.notReady, counts.indeterminate];
  return [...each, each.reduce((sum, count) => sum + count, 0)];
}

/** One table row. Missing figures are shown as such, never as zero. */
function row(title: string, figures: number[] | undefined): HTMLTableRowElement {
  const heading = document.createElement("th");
  heading.scope = "row";
  heading.textContent = title;
  const cells = Array.from({ length: 5 }, (_, index) => {
    const cell = document.createElement("td");
    const figure = figures?.[index];
    cell.className = "number";
    cell.textContent = figure === undefined ? "not known" : number.format(figure);
    return cell;
  });
  const element = document.createElement("tr");
  element.append(heading, ...cells);
  return element;
}

/** Shows the counts of the chosen technology. */
function show(summary: Summary): void {
  const profile = profileSelect.value;
  const groups = summary.readinessSummary.map((group) => {
    const counts = group.counts.find((counts) => counts.profile === profile);
    return { title: group.title, figures: counts && figures(counts) };
  });
  // A sum over some of the groups would pass for one over all: it is shown where all are known.
  const known = groups.flatMap((group) => (group.figures ? [group.figures] : []));
  const sums = Array.from({ length: 5 }, (_, index) =>
    known.reduce((sum, figures) => sum + (figures[index] ?? 0), 0),
  );
  const chosen = summary.profiles.find(({ id }) => id === profile);
  const remark = chosen?.horizon === "FUTURE" ? ` (${NOT_YET.toLowerCase()})` : "";
  caption.textContent = `Sites by readiness: ${chosen?.title ?? ""}${remark}`;
  rows.replaceChildren(...groups.map((group) => row(group.title, group.figures)));
  total.replaceChildren(row("All", known.length === groups.length ? sums : undefined));
}

/** The technologies of one horizon under a heading, in order of title. */
function options(label: string, profiles: Profile[], wanted: string | null): HTMLElement[] {
  if (profiles.length === 0) return [];
  const group = document.createElement("optgroup");
  group.label = label;
  const sorted = profiles.toSorted((a, b) => a.title.localeCompare(b.title, "en-GB"));
  group.append(...sorted.map(({ id, title }) => new Option(title, id, false, id === wanted)));
  return [group];
}

/** Offers the technologies and picks the one that the address names, or else the first. */
function offer(summary: Summary): void {
  const wanted = new URLSearchParams(location.search).get("profile");
  // What is used in people's homes is judged home by home: no site has a readiness for it.
  const ofSites = summary.profiles.filter(({ place }) => place !== "home");
  const of = (horizon: Profile["horizon"]) =>
    ofSites.filter((profile) => profile.horizon === horizon);
  profileSelect.replaceChildren(
    ...options("Can be deployed today", of("NOW"), wanted),
    ...options(NOT_YET, of("FUTURE"), wanted),
  );
  profileSelect.onchange = () => {
    // The address follows, so that what is shown can be kept as a bookmark or sent on.
    history.replaceState(null, "", `?${new URLSearchParams({ profile: profileSelect.value })}`);
    show(summary);
  };
}

/** Asks and shows, or says why not. */
async function load(): Promise<void> {
  problem.hidden = true;
  progress.textContent = "Asking the service for the latest figures.";
  progress.hidden = false;
  try {
    const summary = await askReadinessSummary();
    offer(summary);
    show(summary);
    choose.hidden = table.hidden = false;
    progress.hidden = true;
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    problemText.textContent = error.message;
    progress.hidden = true;
    problem.hidden = false;
  }
}

again.addEventListener("click", () => void load());
void load();
