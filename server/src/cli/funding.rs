//! `siteworthy funding`: what is allocated to organisations, and entering it.

use super::choice::Reply;
use super::tables::{Answer, Cell, Table};
use super::{Ending, OPERATOR, open_existing};
use crate::allocate::{allocate, parse_pounds, whole_pence};
use crate::config::Config;
use crate::error::Error;
use crate::store::{Allocation, FundingKey};
use chrono::Utc;
use clap::{Args, Subcommand};
use rust_decimal::Decimal;
use siteworthy_rules::cost::{Money, Pence};
use siteworthy_rules::factor::FinancialYear;

/// Shows what is allocated, or enters it.
#[derive(Args, Debug)]
#[command(after_help = "Without a command shows every allocation.\n\n\
                  Example: siteworthy funding allocate ZZN 2026-27 capital 1500000 --note \"Operational capital\"")]
pub struct Funding {
    #[command(subcommand)]
    command: Option<FundingCommand>,

    #[command(flatten)]
    reply: Reply,
}

#[derive(Subcommand, Debug)]
enum FundingCommand {
    /// Enters what is allocated to an organisation in a financial year; 0 takes it back
    Allocate {
        /// Code of the organisation
        organisation: String,
        /// Financial year, such as 2026-27
        year: FinancialYear,
        /// capital or running
        money: Money,
        /// Pounds, such as 1500000, 1,500,000 or 0.50
        #[arg(value_parser = parse_pounds, allow_negative_numbers = true)]
        pounds: Decimal,
        /// Where it comes from
        #[arg(long, default_value = "")]
        note: String,
    },
}

impl Funding {
    /// Whether it changes the record, and does not only answer from it.
    pub const fn is_change(&self) -> bool {
        self.command.is_some()
    }

    /// Answers, or enters and answers.
    pub async fn run(self, config: &Config) -> Result<Ending, Error> {
        let app = open_existing(config).await?;
        let mut done = None;
        if let Some(FundingCommand::Allocate { organisation, year, money, pounds, note }) =
            self.command
        {
            let amount = whole_pence(pounds).map_err(Error::Invalid)?;
            let key = FundingKey { organisation, year_from: year.0, money };
            let before = app.view().facts.funding.get(&key).map(|allocated| allocated.amount);
            done = Some(what_changed(&key, amount, before));
            let allocation = Allocation { key, amount, note };
            allocate(&app, &[allocation], OPERATOR, Utc::now()).await?;
        }
        let view = app.view();
        let mut answer = Answer::new(&view);
        if let Some(sentence) = done {
            answer.say(sentence);
        }
        let columns = [
            ("organisation", "Organisation"),
            ("year", "Year"),
            ("money", "Money"),
            ("amount_gbp", "Allocated £"),
            ("note", "From"),
            ("entered_by", "Entered by"),
            ("entered_at", "Entered at"),
        ];
        let mut table = Table::new("funding", "What is allocated", &columns);
        for (key, allocated) in &view.facts.funding {
            table.add([
                Cell::from(&key.organisation),
                FinancialYear(key.year_from).to_string().into(),
                key.money.word().into(),
                allocated.amount.into(),
                Cell::from(&allocated.note),
                Cell::from(&allocated.by),
                allocated.at.format("%Y-%m-%d %H:%M:%S UTC").to_string().into(),
            ]);
        }
        if table.is_empty() {
            answer.say("Nothing is allocated; enter it with siteworthy funding allocate.");
        }
        answer.add(table);
        self.reply.send(&answer)
    }
}

/// What an allocation did, and what it replaced: an organisation has one a year and kind of money.
fn what_changed(key: &FundingKey, amount: Pence, before: Option<Pence>) -> String {
    let eye = |pence: Pence| format!("£{}", Cell::from(pence).for_the_eye());
    let whose = format!("{}, {}, {}", key.organisation, FinancialYear(key.year_from), key.money);
    match before {
        None if amount == Pence(0) => {
            format!("{whose}: nothing was allocated before, and nothing is.")
        }
        None => format!("{whose}: {} allocated; nothing was allocated before.", eye(amount)),
        Some(before) if amount == Pence(0) => {
            format!("{whose}: takes back {} allocated before.", eye(before))
        }
        Some(before) if before == amount => {
            format!("{whose}: {} as allocated before.", eye(amount))
        }
        Some(before) => {
            format!("{whose}: {} replaces {} allocated before.", eye(amount), eye(before))
        }
    }
}
