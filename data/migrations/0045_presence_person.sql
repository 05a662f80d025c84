-- Whether somebody's page is open is asked for each who could be called, and for each who rings.
CREATE INDEX presence_person ON presence (person_id) WHERE kind = 'duty';
