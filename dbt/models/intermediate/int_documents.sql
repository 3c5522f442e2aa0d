select
    documents.document_id,
    documents.source_id,
    documents.kind,
    documents.language,
    sources.state_iso3,
    documents.briefing_date,
    cast(extract(year from documents.briefing_date) as bigint) as year,
    cast(date_trunc('month', documents.briefing_date) as date) as month,
    documents.title,
    documents.url
from {{ ref('stg_documents') }} as documents
left join {{ ref('sources') }} as sources using (source_id)
order by documents.briefing_date, documents.document_id
