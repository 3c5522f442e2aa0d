-- How does each spokesperson fall back on set phrases? Share of all answers in which the phrase occurs, over all years.
select
    source_id,
    language,
    spokesperson,
    pattern_id,
    pattern,
    sum(n_answers) as n_with_pattern,
    sum(n_answers_total) as n_all_answers,
    round(n_with_pattern / n_all_answers, 3) as share_of_all_answers
from marts.response_pattern_counts
where spokesperson is not null
group by source_id, language, spokesperson, pattern_id, pattern
having sum(n_answers) > 0
qualify row_number() over (partition by source_id, language, spokesperson order by n_with_pattern desc, pattern_id) <= 5
order by source_id, language, spokesperson, n_with_pattern desc, pattern_id;
