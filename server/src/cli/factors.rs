//! `siteworthy import` of a workbook of conversion factors: what it says, what that changes, and where it
//! goes.

use super::import::{count_problems, ending_of};
use super::tables::{Answer, Cell, Table};
use super::{Ending, print, print_problems, read_rules};
use crate::adopt::{Line, Standing, adopt, compare, write_value};
use crate::config::Config;
use crate::corpus::FACTOR_LAYOUT;
use crate::error::Error;
use crate::intake::{FactorLayout, FactorSet, read_factors};
use crate::upload::ReceivedFile;
use siteworthy_rules::words::counted;

/// Reads the workbook and says what it means; with `--datasets` its set is put into that folder.
pub fn import(config: &Config, file: &ReceivedFile, is_dry_run: bool) -> Result<Ending, Error> {
    let rules = read_rules(config)?;
    let layout = rules.factor_layout.as_ref().ok_or_else(|| {
        Error::Invalid(format!(
            "the datasets have no file {}, which says which rows of a workbook are which factors; copy \
             it from the project",
            FACTOR_LAYOUT.trim_start_matches("datasets/")
        ))
    })?;
    let set = match read_factors(&file.name, &file.bytes, layout) {
        Ok(set) => set,
        Err(problems) => {
            print_problems(&problems);
            print(&format!("{}: nothing was imported.\n", file.name))?;
            return Ok(Ending::Problems);
        }
    };
    print_problems(&set.problems);
    let lines = compare(&set, layout, &rules.rulebook.factors.conversion);
    let has_set = rules.rulebook.factors.conversion.of(set.year).is_ok();
    let mut answer = Answer::of_rules(&rules.rulebook);
    describe(&mut answer, &set, layout, &lines, has_set);
    print(&format!("{}{}", answer.body(), count_problems(&set.problems)))?;
    let ending = ending_of(&set.problems);
    let year = set.year;
    let Some(folder) = &config.datasets else {
        print(
            "Nothing was written: the factors in the program stay as they are. To use this set, copy the \
             project's folder datasets, import the file again with --datasets and your copy, and give \
             --datasets to every command that is to use it.\n",
        )?;
        return Ok(ending);
    };
    if is_dry_run {
        print("Nothing was written.\n")?;
        return Ok(ending);
    }
    match adopt(folder, config.rules.as_deref(), &set, layout, file.at.date_naive())? {
        Err(problems) => {
            print_problems(&problems);
            print("Nothing was written: with this set the datasets would be refused.\n")?;
            Ok(Ending::Problems)
        }
        Ok(files) if files.is_empty() => {
            print(&format!("The set of {year} is there already. Nothing has changed.\n"))?;
            Ok(ending)
        }
        Ok(files) => {
            let names: Vec<String> = files.iter().map(|path| path.display().to_string()).collect();
            print(&format!(
                "Wrote the set of {year} to {}.\nUse it with --datasets {}.\n",
                names.join(" and "),
                folder.display()
            ))?;
            Ok(ending)
        }
    }
}

fn describe(
    answer: &mut Answer,
    set: &FactorSet,
    layout: &FactorLayout,
    lines: &[Line],
    has_set: bool,
) {
    answer.say(format!("{}: {}.", set.file_name, set.title(layout)));
    answer.say(format!(
        "Sheet {}, headings in row {}, {}: {} of {} were found.",
        set.sheet,
        set.heading_row,
        counted(set.rows_read, "row", "rows"),
        set.factors.len(),
        counted(layout.factors.len(), "factor", "factors")
    ));
    let count = |standing| lines.iter().filter(|line| line.standing == standing).count();
    if has_set {
        answer.say(format!(
            "Beside the set of {} in force: {} same, {} changed, {} new, {} not in this file.",
            set.year,
            count(Standing::Same),
            count(Standing::Changed),
            count(Standing::New),
            count(Standing::Missing)
        ));
    } else {
        answer.say(format!("There is no set of {} in force yet.", set.year));
    }
    if !set.missing.is_empty() {
        answer.say(format!(
            "Unknown in this set, whatever other years say: {}.",
            set.missing.join(", ")
        ));
    }
    let columns = [
        ("factor", "Factor"),
        ("scope", "Scope"),
        ("value", "Value"),
        ("unit", "Unit"),
        ("row", "Row"),
        ("in_force", "In force"),
        ("standing", "Standing"),
    ];
    let mut table = Table::new("factors", format!("Conversion factors of {}", set.year), &columns);
    for line in lines {
        let found = line.found.as_ref();
        table.add([
            Cell::from(&line.id),
            found.map(|found| found.scope.word()).into(),
            found.map(|found| write_value(found.value)).into(),
            found
                .map(|found| found.unit.clone())
                .or_else(|| line.in_force.as_ref().map(|(_, unit)| unit.clone()))
                .into(),
            found.map(|found| found.row).into(),
            line.in_force.as_ref().map(|(value, _)| write_value(*value)).into(),
            line.standing.word().into(),
        ]);
    }
    answer.add(table);
}
