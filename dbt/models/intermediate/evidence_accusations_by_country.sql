select
    documents.year,
    documents.source_id,
    documents.language,
    accusations.accuser,
    accusations.accused,
    accusations.accusation_type,
    accusations.direction,
    accusations.accusation_id,
    accusations.accuser_label,
    accusations.accused_label,
    accusations.modality,
    accusations.side,
    documents.briefing_date,
    accusations.quote,
    accusations.turn_id,
    accusations.exchange_id,
    accusations.document_id,
    accusations.start_char,
    accusations.end_char
from {{ ref('stg_accusations') }} as accusations
inner join {{ ref('int_documents') }} as documents using (document_id)
inner join {{ ref('stg_turns') }} as turns using (turn_id)
order by documents.briefing_date, accusations.document_id, turns.turn_index, accusations.start_char, accusations.accusation_id
