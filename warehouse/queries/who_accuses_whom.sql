-- Who accuses whom, and of what most?
-- One row per accuser and accused over all years, with the two types that occur most. share_of_accusations is n_accusations of
-- n_accusations_total, all of the source and language. The outlet that reports a charge is never its accuser; news articles count.
-- precision is that of accuser, accused and direction together (code `actors` of marts.codebook). Pairs that occur once or twice, and
-- charges against states that are seldom accused, are the least sure: read their words with
-- briefings evidence accusations_by_country --where "accuser = 'USA' and accused = 'CHN'".
-- Narrow it: where direction = 'OUT', where year >= 2018.
with

types as (
    select
        source_id,
        language,
        accuser,
        accused,
        direction,
        accusation,
        sum(n_accusations) as n,
        min(first_date) as first_date,
        max(last_date) as last_date
    from marts.accusations_by_country
    where n_accusations > 0
    group by source_id, language, accuser, accused, direction, accusation
),

pairs as (
    select
        source_id,
        language,
        accuser,
        accused,
        direction,
        sum(n) as n_accusations,
        sum(sum(n)) over (partition by source_id, language) as n_accusations_total,
        array_to_string(list(accusation || ' (' || n || ')' order by n desc, accusation)[:2], ', ') as mostly_of,
        min(first_date) as first_date,
        max(last_date) as last_date
    from types
    group by source_id, language, accuser, accused, direction
)

select
    pairs.source_id,
    pairs.language,
    pairs.accuser,
    pairs.accused,
    pairs.direction,
    pairs.n_accusations,
    pairs.n_accusations_total,
    round(pairs.n_accusations / pairs.n_accusations_total, 3) as share_of_accusations,
    pairs.mostly_of,
    pairs.first_date,
    pairs.last_date,
    codebook.precision
from pairs
left join marts.codebook as codebook on codebook.code = 'actors' and pairs.language = codebook.language
order by pairs.source_id, pairs.language, pairs.n_accusations desc, pairs.accuser, pairs.accused;
