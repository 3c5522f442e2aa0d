select
    hits.exchange_id,
    hits.document_id,
    hits.turn_id,
    hits.pattern_id,
    patterns.family,
    families.primary_rank,
    patterns.is_formula,
    hits.sole_content,
    hits.quote,
    hits.start_char,
    hits.end_char,
    hits.codebook_version
from {{ ref('stg_pattern_hits') }} as hits
inner join {{ ref('response_patterns') }} as patterns using (pattern_id)
inner join {{ ref('response_families') }} as families using (family)
order by hits.document_id, hits.turn_id, hits.start_char, hits.pattern_id
