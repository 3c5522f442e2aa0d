select
    exchange_pair_id,
    document_pair_id,
    pair_index,
    briefing_date,
    en_document_id,
    zh_document_id,
    en_exchange_id,
    zh_exchange_id,
    relation,
    is_in_order,
    confidence,
    shared_names,
    shared_figures
from {{ source('lake', 'exchange_pairs') }}
order by briefing_date, document_pair_id, pair_index
