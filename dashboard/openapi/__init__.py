"""What the doors take and answer, in the words of OpenAPI 3.1: schemas, one file a subject, and the
keywords that each route's decorator brings them in by. Nothing of it runs when a request comes."""
