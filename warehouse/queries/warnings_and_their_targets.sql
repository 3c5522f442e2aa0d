-- Whom does the ministry protest to, urge, tell to stop and warn, and how far up the ladder does it go?
-- One row per state that it accuses: of n_answers, the answers in which it does so, how many reach which rung: urged (R25, R26),
-- protested (R24, representations), warned (R27 to R29: measures, countermeasures, consequences). highest_rung is on the codebook's
-- ladder of displeasure, 0 friendly to 9 warning. An answer may show several. The words need not be aimed at the accused in every
-- case: both stand in one answer. n_answers_total are all answers of the source and language.
-- Narrow it: and exchanges.year >= 2020 in `answers`; and accusations.accusation_type = 'A11'.
with

answers as (
    select distinct
        exchanges.source_id,
        exchanges.language,
        exchanges.exchange_id,
        accusations.accused
    from core.accusations as accusations
    inner join intermediate.int_exchanges as exchanges using (exchange_id)
    where accusations.direction = 'OUT' and accusations.side = 'answer' and exchanges.has_answer
),

rungs as (
    select
        hits.exchange_id,
        max(patterns.ladder_rung) as highest_rung,
        bool_or(hits.pattern_id in ('R25', 'R26')) as is_urged,
        bool_or(hits.pattern_id = 'R24') as is_protested,
        bool_or(hits.pattern_id in ('R27', 'R28', 'R29')) as is_warned
    from core.pattern_hits as hits
    inner join vocabulary.response_patterns as patterns using (pattern_id)
    group by hits.exchange_id
),

totals as (
    select
        source_id,
        language,
        count(*) as n_answers_total
    from intermediate.int_exchanges
    where has_answer
    group by source_id, language
)

select
    answers.source_id,
    answers.language,
    answers.accused,
    count(*) as n_answers,
    any_value(totals.n_answers_total) as n_answers_total,
    count(*) filter (rungs.is_urged) as n_urged,
    count(*) filter (rungs.is_protested) as n_protested,
    count(*) filter (rungs.is_warned) as n_warned,
    round(count(*) filter (rungs.is_warned) / count(*), 3) as share_warned,
    max(rungs.highest_rung) as highest_rung
from answers
inner join totals using (source_id, language)
left join rungs using (exchange_id)
group by answers.source_id, answers.language, answers.accused
order by answers.source_id, answers.language, n_answers desc, answers.accused;
