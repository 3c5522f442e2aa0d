-- Which other countries do the questions of each year name most?
-- share_of_questions is n_questions of n_questions_total, the questions of the year, source and language. To be named is neither to
-- be accused nor to accuse: who_accuses_whom.sql is about that. Sovereign states only, without the ministry's own.
-- Narrow it: attention.side = 'answer' for what answers name; attention.place_status in ('SAR', 'region', 'disputed') for Hong Kong,
-- Taiwan and the like; `<= 10` for a longer list; share_of_expected_days says how much of the year is held here.
with

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
    attention.year,
    attention.source_id,
    attention.language,
    attention.place,
    attention.iso3,
    attention.n_exchanges as n_questions,
    attention.n_exchanges_total as n_questions_total,
    round(attention.share_of_exchanges, 3) as share_of_questions,
    coverage.share_of_expected_days
from marts.country_attention as attention
inner join vocabulary.sources as sources on attention.source_id = sources.source_id
left join coverage
    on
        attention.year = coverage.year
        and attention.source_id = coverage.source_id
        and attention.language = coverage.language
where
    attention.side = 'question'
    and attention.place_status = 'sovereign'
    and attention.iso3 is distinct from sources.state_iso3
qualify
    row_number() over (
        partition by attention.year, attention.source_id, attention.language order by attention.n_exchanges desc, attention.place
    ) <= 10
order by attention.year desc, attention.source_id, attention.language, attention.n_exchanges desc, attention.place;
