-- Which other countries do the questions of each year name most, and in what share of the questions?
-- To be named is neither to be accused nor to accuse.
select
    attention.year,
    attention.source_id,
    attention.language,
    attention.place,
    attention.n_exchanges,
    attention.n_exchanges_total,
    round(attention.share_of_exchanges, 3) as share_of_questions
from marts.country_attention as attention
inner join vocabulary.sources as sources using (source_id)
where
    attention.side = 'question'
    and attention.place_status = 'sovereign'
    and attention.iso3 is distinct from sources.state_iso3
qualify
    row_number() over (
        partition by attention.year, attention.source_id, attention.language order by attention.n_exchanges desc, attention.place
    ) <= 10
order by attention.year desc, attention.source_id, attention.language, attention.n_exchanges desc, attention.place;
