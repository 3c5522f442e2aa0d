-- Has the tone become harder over the years?
-- share_confrontational is the share of n_answers whose primary response is counter (turns the charge round), pressure (urges,
-- demands) or coercive (warns, announces measures); share_no_stance those that give facts or nothing. It is a measure of wording,
-- coded in the published record, and not of sentiment. Look at share_of_expected_days, the coverage of the year, before you
-- compare; the English and the Chinese page of a briefing differ, so compare years within one language.
-- Narrow it: where kind = 'press_conference' leaves out remarks; group by month in place of year for events.
with

answers as (
    select
        year,
        source_id,
        language,
        primary_response
    from intermediate.int_exchanges
    where has_answer
),

coverage as (
    select
        year,
        source_id,
        language,
        round(sum(n_expected_days_held) / nullif(sum(n_expected_days), 0), 3) as share_of_expected_days
    from marts.coverage
    group by year, source_id, language
)

select
    answers.source_id,
    answers.language,
    answers.year,
    count(*) as n_answers,
    count(*) filter (answers.primary_response in ('counter', 'pressure', 'coercive')) as n_confrontational,
    round(count(*) filter (answers.primary_response in ('counter', 'pressure', 'coercive')) / count(*), 3) as share_confrontational,
    round(count(*) filter (answers.primary_response = 'coercive') / count(*), 3) as share_coercive,
    round(count(*) filter (answers.primary_response = 'cooperative') / count(*), 3) as share_cooperative,
    round(count(*) filter (answers.primary_response in ('non_reply', 'informational', 'uncoded')) / count(*), 3) as share_no_stance,
    any_value(coverage.share_of_expected_days) as share_of_expected_days
from answers
left join coverage using (year, source_id, language)
group by answers.source_id, answers.language, answers.year
order by answers.source_id, answers.language, answers.year;
