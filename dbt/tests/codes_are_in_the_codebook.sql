-- Every code of a hit or an accusation is in the codebook.
select
    'pattern_hits' as relation,
    hits.pattern_id as code
from {{ ref('stg_pattern_hits') }} as hits
anti join {{ ref('response_patterns') }} as patterns on hits.pattern_id = patterns.pattern_id
union all
select
    'accusations' as relation,
    accusations.accusation_type as code
from {{ ref('stg_accusations') }} as accusations
anti join {{ ref('accusation_types') }} as types on accusations.accusation_type = types.type_id
union all
select
    'topic_hits' as relation,
    hits.topic_id as code
from {{ ref('stg_topic_hits') }} as hits
anti join {{ ref('topics') }} as topics on hits.topic_id = topics.topic_id
