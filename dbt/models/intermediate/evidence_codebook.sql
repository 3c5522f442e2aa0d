with

hits as (
    select
        pattern_id as code,
        quote,
        turn_id,
        exchange_id,
        document_id,
        start_char,
        end_char
    from {{ ref('stg_pattern_hits') }}
    union all
    -- An accusation counts for its type, its direction, and all accusations together.
    select
        unnest([accusation_type, direction, 'actors', 'actors_and_type']) as code,
        quote,
        turn_id,
        exchange_id,
        document_id,
        start_char,
        end_char
    from {{ ref('stg_accusations') }}
)

select
    documents.language,
    hits.code,
    documents.briefing_date,
    hits.quote,
    hits.turn_id,
    hits.exchange_id,
    hits.document_id,
    hits.start_char,
    hits.end_char
from hits
inner join {{ ref('int_documents') }} as documents on hits.document_id = documents.document_id
order by documents.briefing_date, hits.document_id, hits.turn_id, hits.start_char, hits.code
