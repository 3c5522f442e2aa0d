-- The numbers on a document are those of its rows.
with

turns as (
    select
        document_id,
        count(*) as n_turns
    from {{ ref('stg_turns') }}
    group by document_id
),

exchanges as (
    select
        document_id,
        count(*) as n_exchanges
    from {{ ref('stg_exchanges') }}
    group by document_id
),

versions as (
    select
        document_id,
        count(*) filter (where is_current) as n_current
    from {{ ref('stg_document_versions') }}
    group by document_id
)

select documents.document_id
from {{ ref('stg_documents') }} as documents
left join turns using (document_id)
left join exchanges using (document_id)
left join versions using (document_id)
where
    documents.n_turns != coalesce(turns.n_turns, 0)
    or documents.n_exchanges != coalesce(exchanges.n_exchanges, 0)
    or coalesce(versions.n_current, 0) != 1
