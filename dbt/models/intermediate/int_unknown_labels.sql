with

unknown as (
    select
        'outlet' as kind,
        outlet as label,
        exchange_id as id,
        briefing_date
    from {{ ref('evidence_outlet_activity') }}
    where outlet_group = 'unknown_label'
    union all
    select
        'spokesperson' as kind,
        turns.speaker_label as label,
        turns.turn_id as id,
        documents.briefing_date
    from {{ ref('stg_turns') }} as turns
    inner join {{ ref('int_documents') }} as documents using (document_id)
    where turns.speaker_kind = 'spokesperson' and turns.spokesperson_id is null
    union all
    select
        'source' as kind,
        documents.source_id as label,
        documents.document_id as id,
        documents.briefing_date
    from {{ ref('int_documents') }} as documents
    anti join {{ ref('sources') }} as sources on documents.source_id = sources.source_id
)

select
    kind,
    label,
    count(distinct id) as n_uses,
    min(briefing_date) as first_date,
    max(briefing_date) as last_date
from unknown
group by kind, label
order by n_uses desc, kind, label
