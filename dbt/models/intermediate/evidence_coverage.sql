select
    documents.year,
    documents.month,
    documents.source_id,
    documents.language,
    documents.kind,
    documents.briefing_date,
    documents.title as quote,
    cast(null as varchar) as turn_id,
    cast(null as varchar) as exchange_id,
    documents.document_id,
    cast(null as bigint) as start_char,
    cast(null as bigint) as end_char
from {{ ref('int_documents') }} as documents
where documents.kind != 'news_article'
order by documents.briefing_date, documents.document_id
