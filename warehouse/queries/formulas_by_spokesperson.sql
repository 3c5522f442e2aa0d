-- Which set phrases does each spokesperson fall back on most?
-- share_of_answers is n_with_pattern of n_answers, all answers of the spokesperson in the source and language, over all years. An
-- answer may show several patterns, so shares do not add up to 1. precision and recall say how well the pattern is found.
-- Narrow it: and family = 'non_reply', and year = 2020; `<= 5` for a longer list. who_speaks_how.sql allows for the year.
select
    source_id,
    language,
    spokesperson,
    pattern_id,
    pattern,
    sum(n_answers) as n_with_pattern,
    sum(n_answers_total) as n_answers,
    round(sum(n_answers) / sum(n_answers_total), 3) as share_of_answers,
    any_value(precision) as precision,
    any_value(recall) as recall
from marts.response_pattern_counts
where spokesperson is not null
group by source_id, language, spokesperson, pattern_id, pattern
having n_with_pattern > 0
qualify row_number() over (partition by source_id, language, spokesperson order by n_with_pattern desc, pattern_id) <= 5
order by source_id, language, spokesperson, n_with_pattern desc, pattern_id;
