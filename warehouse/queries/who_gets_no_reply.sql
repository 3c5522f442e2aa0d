-- Which outlets get no reply most often ("not aware", "no information", "refer you to …")?
-- One row per group of outlets; shares are of n_answers, all answers to its questions. n_non_reply: the answer as a whole is a
-- non-reply. n_no_information: it says unaware, no information or no comment somewhere, the narrower measure of published counts.
-- Outlets are published from 24 March 2020 on; earlier questions, and those with a label like "Journalist", belong to no group.
-- Narrow it: and year = 2021, and language = 'en'; by outlet: from marts.outlet_activity.
select
    source_id,
    language,
    outlet_group,
    sum(n_answers) as n_answers,
    coalesce(sum(n_answers) filter (primary_response = 'non_reply'), 0) as n_non_reply,
    round(n_non_reply / sum(n_answers), 3) as share_non_reply,
    sum(n_no_information) as n_no_information,
    round(sum(n_no_information) / sum(n_answers), 3) as share_no_information,
    min(first_date) as first_date,
    max(last_date) as last_date
from marts.response_by_outlet_group
where outlet_group in (select outlets.outlet_group from vocabulary.outlets as outlets)
group by source_id, language, outlet_group
having sum(n_answers) > 0
order by source_id, language, share_non_reply desc, outlet_group;
