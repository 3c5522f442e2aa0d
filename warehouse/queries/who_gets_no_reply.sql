-- Which outlets are given a non-reply most often ("not aware", "no information", "refer you to …")?
-- Outlets are published from 24 March 2020 on. Sources and languages are counted apart: a briefing may have a page in each.
select
    source_id,
    language,
    outlet_group,
    sum(n_answers_total) as n_all_answers,
    sum(n_answers) as n_non_replies,
    round(n_non_replies / n_all_answers, 3) as share_of_non_replies
from marts.response_by_outlet_group
where primary_response = 'non_reply'
group by source_id, language, outlet_group
order by source_id, language, share_of_non_replies desc, outlet_group;
