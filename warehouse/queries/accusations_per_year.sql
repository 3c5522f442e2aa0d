-- How often is the speaker's state accused, and how often does it accuse, year by year?
-- One row per year and direction: IN is accused, OUT accuses, THIRD neither. share_of_exchanges is n_exchanges (an exchange with
-- several accusations counts once) of n_exchanges_total, all exchanges of the year, source and language, so that years with fewer
-- pages can be compared. precision and recall: how well an exchange with such an accusation is found; THIRD is mostly missed.
-- Narrow it: and accusation_type = 'A04' in `accused`; where exchanges.source_id = 'mfa-en' in `totals`.
with

accused as (
    select distinct
        exchange_id,
        direction
    from core.accusations
    where exchange_id is not null
),

totals as (
    select
        exchanges.year,
        exchanges.source_id,
        exchanges.language,
        count(*) as n_exchanges_total
    from intermediate.int_exchanges as exchanges
    group by exchanges.year, exchanges.source_id, exchanges.language
),

directions as (select unnest(['IN', 'OUT', 'THIRD']) as direction),

counts as (
    select
        exchanges.year,
        exchanges.source_id,
        exchanges.language,
        accused.direction,
        count(*) as n_exchanges
    from intermediate.int_exchanges as exchanges
    inner join accused using (exchange_id)
    group by exchanges.year, exchanges.source_id, exchanges.language, accused.direction
)

select
    totals.year,
    totals.source_id,
    totals.language,
    directions.direction,
    coalesce(counts.n_exchanges, 0) as n_exchanges,
    totals.n_exchanges_total,
    round(coalesce(counts.n_exchanges, 0) / totals.n_exchanges_total, 3) as share_of_exchanges,
    codebook.precision,
    codebook.recall
from totals
cross join directions
left join counts using (year, source_id, language, direction)
left join marts.codebook as codebook on directions.direction = codebook.code and totals.language = codebook.language
order by totals.source_id, totals.language, totals.year, directions.direction;
