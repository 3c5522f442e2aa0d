-- Every turn's text stands in the body of its document where it says.
select
    turns.turn_id,
    turns.start_char,
    turns.end_char
from {{ ref('stg_turns') }} as turns
left join {{ ref('stg_documents') }} as documents using (document_id)
where substr(documents.body_text, turns.start_char + 1, turns.end_char - turns.start_char) is distinct from turns.text
