{#- stg_turns is core.turns to readers: the schema says the layer already. -#}
{% macro generate_alias_name(custom_alias_name=none, node=none) -%}
    {%- if custom_alias_name -%} {{ custom_alias_name | trim }}
    {%- elif node.resource_type == 'model' and node.name.startswith('stg_') -%} {{ node.name[4:] }}
    {%- else -%} {{ node.name }}
    {%- endif -%}
{%- endmacro %}
