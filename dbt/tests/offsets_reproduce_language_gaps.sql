-- The words of both versions that a gap shows stand in the turns that it names.
select
    evidence.gap_id,
    evidence.quote
from {{ ref('evidence_language_gaps') }} as evidence
left join {{ ref('stg_turns') }} as turns using (turn_id)
where substr(turns.text, evidence.start_char + 1, evidence.end_char - evidence.start_char) is distinct from evidence.quote
