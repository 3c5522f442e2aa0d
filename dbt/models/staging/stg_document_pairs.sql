select
    document_pair_id,
    briefing_date,
    kind,
    en_document_id,
    zh_document_id,
    rule,
    confidence,
    n_en_exchanges,
    n_zh_exchanges,
    n_only_en,
    n_only_zh
from {{ source('lake', 'document_pairs') }}
order by briefing_date, en_document_id
