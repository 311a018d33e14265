"""Append-only tables: the database numbers and chains each line, and refuses to change or remove one."""

from django.db import migrations

FONCTIONS = """
CREATE FUNCTION chaine_empreinte(precedente text, ligne jsonb) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    -- Empty columns are left out, so that a column added later does not change the print of the older lines.
    SELECT encode(sha256(convert_to(precedente || jsonb_strip_nulls(ligne - 'empreinte')::text, 'UTF8')), 'hex')
$$;

CREATE FUNCTION chaine_ajouter() RETURNS trigger
LANGUAGE plpgsql SET timezone TO 'UTC' AS $$
DECLARE
    tete comptes_chaine;
BEGIN
    INSERT INTO comptes_chaine (nom, nombre, empreinte) VALUES (TG_TABLE_NAME, 0, '') ON CONFLICT DO NOTHING;
    SELECT * INTO tete FROM comptes_chaine WHERE nom = TG_TABLE_NAME FOR UPDATE;
    NEW.rang := tete.nombre + 1;
    NEW.empreinte := chaine_empreinte(tete.empreinte, to_jsonb(NEW));
    UPDATE comptes_chaine SET nombre = NEW.rang, empreinte = NEW.empreinte WHERE nom = TG_TABLE_NAME;
    RETURN NEW;
END
$$;

CREATE FUNCTION chaine_refuser() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'La table % ne s’écrit qu’en ajout : % refusé.', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_TABLE_NAME || '_ajout_seul';
END
$$;

-- Every line whose print is not the one its content and its predecessor give, and what the head of the chain misses.
CREATE FUNCTION chaine_ecarts(nom_table text) RETURNS TABLE (ligne bigint, rang bigint, constat text)
LANGUAGE plpgsql STABLE SET timezone TO 'UTC' AS $$
BEGIN
    RETURN QUERY EXECUTE format(
        'WITH lignes AS (
             SELECT t.id, t.rang, t.empreinte, to_jsonb(t) AS contenu,
                    coalesce(lag(t.empreinte) OVER (ORDER BY t.rang), '''') AS precedente,
                    row_number() OVER (ORDER BY t.rang) AS attendu
             FROM %1$I t
         )
         SELECT id, rang, CASE WHEN rang <> attendu THEN ''rang'' ELSE ''empreinte'' END
         FROM lignes WHERE rang <> attendu OR empreinte <> chaine_empreinte(precedente, contenu)
         UNION ALL
         SELECT NULL, lu.nombre, ''fin''
         FROM (SELECT count(*) AS nombre, coalesce((array_agg(empreinte ORDER BY rang DESC))[1], '''') AS empreinte
               FROM %1$I) lu
         LEFT JOIN comptes_chaine c ON c.nom = %1$L
         WHERE (lu.nombre, lu.empreinte) <> (coalesce(c.nombre, 0), coalesce(c.empreinte, ''''))
         ORDER BY 2', nom_table);
END
$$;
"""

RETRAIT = """
DROP FUNCTION chaine_ecarts(text);
DROP FUNCTION chaine_refuser();
DROP FUNCTION chaine_ajouter();
DROP FUNCTION chaine_empreinte(text, jsonb);
"""


def proteger(table: str) -> migrations.RunSQL:
    """Return the operation that makes a table append-only and chained."""
    return migrations.RunSQL(
        f"""
        CREATE TRIGGER {table}_ajouter BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION chaine_ajouter();
        CREATE TRIGGER {table}_refuser BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION chaine_refuser();
        CREATE TRIGGER {table}_vider BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION chaine_refuser();
        """,
        f"""
        DROP TRIGGER {table}_ajouter ON {table};
        DROP TRIGGER {table}_refuser ON {table};
        DROP TRIGGER {table}_vider ON {table};
        """,
    )


class Migration(migrations.Migration):
    dependencies = [("comptes", "0001_initial")]

    operations = [migrations.RunSQL(FONCTIONS, RETRAIT), proteger("comptes_journalaudit")]
