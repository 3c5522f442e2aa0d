with

-- Turns of each kind are the denominator, whether a place is named in them or not.
totals as (
    select
        documents.year,
        documents.source_id,
        documents.language,
        turns.role as side,
        count(*) as n_turns_total,
        count(distinct turns.exchange_id) as n_exchanges_total
    from {{ ref('stg_turns') }} as turns
    inner join {{ ref('int_documents') }} as documents using (document_id)
    group by all
),

attention as (
    select
        year,
        source_id,
        language,
        side,
        entity_id,
        place,
        iso3,
        place_status,
        count(*) as n_mentions,
        count(distinct turn_id) as n_turns,
        count(distinct exchange_id) as n_exchanges,
        count(distinct document_id) as n_documents,
        min(briefing_date) as first_date,
        max(briefing_date) as last_date
    from {{ ref('evidence_country_attention') }}
    group by all
)

select
    attention.year,
    attention.source_id,
    attention.language,
    attention.side,
    attention.place,
    attention.iso3,
    attention.place_status,
    attention.n_exchanges,
    totals.n_exchanges_total,
    {{ share('attention.n_exchanges', 'totals.n_exchanges_total') }} as share_of_exchanges,
    attention.n_turns,
    totals.n_turns_total,
    {{ share('attention.n_turns', 'totals.n_turns_total') }} as share_of_turns,
    attention.n_mentions,
    attention.n_documents,
    attention.first_date,
    attention.last_date,
    attention.entity_id
from attention
inner join totals using (year, source_id, language, side)
order by attention.year, attention.source_id, attention.language, attention.side desc, attention.n_turns desc, attention.entity_id
