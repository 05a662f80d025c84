"""Why a row is rejected or warned about: a code for programs, a sentence for people.

The English sentence is the catalogue key of its translation; the names in braces are filled in.
"""

from __future__ import annotations

REASONS = {
    "no_code": "The row has no value in its key column {column}.",
    "no_group": "The row has no value in {column}, which says what kind or level it is.",
    "nameless": "The row has no name.",
    "no_geometry": "The row has no geometry.",
    "empty_geometry": "The geometry is empty.",
    "invalid_geometry": "The geometry is broken and nothing is left after repair: {why}.",
    "wrong_geometry": "A {found} cannot be used here; a {wanted} is needed.",
    "unknown_crs": "The coordinate system of {file} is not known. Say it with --crs,"
    " for instance EPSG:4549, cgcs2000 or gcj02.",
    "old_datum": "The datum {datum} of {file} has no constant shift to WGS 84. Ask for the data in"
    " CGCS2000, or give --crs a PROJ string with the seven parameters of your surveying office,"
    " +towgs84=dx,dy,dz,rx,ry,rz,s.",
    "out_of_range": "The coordinates ({x}, {y}) are no longitude and latitude."
    " If they are in another system, say it with --crs.",
    "swapped": "Longitude and latitude of ({x}, {y}) seem to be exchanged."
    " Say --swap to exchange them in this file, --no-swap if they are right.",
    "degrees": "({x}, {y}) are degrees, but {system} is in metres."
    " Say with --crs which system they are in, for instance EPSG:4326, cgcs2000 or gcj02.",
    "axes_exchanged": "In ({x}, {y}) the northing comes first, but x must be the easting of"
    " {system}. Exchange the two with --swap.",
    "zone_missing": "The easting {x} has no zone number before it, but in {system} it has one."
    " Say --crs {fitting}.",
    "zone_other": "The easting {x} begins with a zone number that is not of {system}."
    " Say --crs {fitting}.",
    "outside_crs": "({x}, {y}) cannot lie in {system}. Say with --crs which system it is in.",
    "bad_number": "{field} is not a number that can be used: {value}.",
    "too_long": "{field} is longer than {limit} characters.",
    "broken_row": "The row has {found} fields, the header has {wanted}.",
    "unclosed_quote": "The row opens a quotation mark that is never closed.",
    "bare_formula": "Cell {cell} is a formula without a stored value, and formulas are not"
    " computed. Open the file in Excel or WPS and save it, or paste the values.",
    "duplicate": "The same {what} is already in row {first}.",
    "conflict": "{key} is already the key of row {first}, which says something else: {field}.",
    "orphan": "There is no {what} {key} to belong to. Import it first, or correct the row.",
    "ambiguous_grid": "Several grids have the code {key}. Say which kind: --kind KIND.",
    "ambiguous_parent": "Several areas are called {key}: {choices}. Write one of these with"
    " --parent-by code, or say the level with --parent-level.",
    "outside_parent": "Only {percent} % lies inside {parent}, to which the row belongs.",
    "unknown_level": "{value} is no level here. There are: {known}."
    " Say what it means: --level-value {value}=LEVEL.",
    "unknown_ground": "{value} is no kind of ground. There are: {known}."
    " Say what it means: --kind-value {value}=KIND.",
    "other_level": "The row is of the level {value}, which this command does not take."
    " Import it with: {how}",
    "no_time": "The row has no time in {field}.",
    "bad_time": "{field} is not a time that can be read: {value}. Say the form with --time-format.",
    "time_number": "{field} is the bare number {value}; as {form} it would be {meant}."
    " If that is right, say --time-format {form}.",
    "closed_before_opened": "It was closed ({closed}) before it was opened ({opened}).",
    "bad_outcome": "{field} says {value}. settled_at is grid, community, town or district"
    " (网格, 社区, 镇, 区); satisfied is yes or no (满意, 不满意); empty where it is not known.",
    "strict": "Not imported, because --strict was given and other rows were rejected.",
}

WARNINGS = {
    "untold": "{n} more rows were rejected than the report lists: {reasons}. The CSV of rejected"
    " rows has them.",
    "competing": "Several columns may be {field}, so none was taken: {columns}. "
    "Say --map {field}=COLUMN.",
    "recognised": "Columns recognised by their names: {columns}. Say others with --map.",
    "other_level": "{n} rows are of levels that this command does not take ({values})."
    " Import them with: {how}",
    "parents_by_name": "{n} rows found their area by its name, since no area has such a code."
    " Say --parent-by name to be sure.",
    "strict": "Nothing was imported: --strict was given and {n} rows were rejected.",
    "dry_run": "Trial only (--dry-run): nothing was written.",
    "assumed_wgs84": "{file} does not say its coordinate system; longitude and latitude in WGS 84"
    " were assumed from the names of the columns. Say --crs to be sure.",
    "system_of_source": "{file} does not say its coordinate system; {system} was taken, which the"
    " source {source} has declared. Say --crs if it is another one.",
    "shift_crs": "{n} of these points lie about {shift} m off the {reference} of the site: median"
    " distance {before} m. {conversion} would fit: {after} m. Nothing was converted; if that is it,"
    " say --crs {crs}.",
    "shift_conversion": "{n} of these points lie about {shift} m off the {reference} of the site:"
    " median distance {before} m. {conversion} would fit: {after} m. One of the two was converted"
    " once too often, or not at all. Nothing was converted.",
    "shift_none_fits": "{n} of these points lie about {shift} m off the {reference} of the site"
    " ({east} m east, {north} m north): median distance {before} m, without the shift {after} m."
    " None of the known conversions fits. Nothing was converted.",
    "shift_fits": "{n} points lie where the {reference} of the site are: median distance {before}"
    " m.",
    "shift_unclear": "{n} points do not tell by the {reference} of the site whether they are"
    " shifted.",
    "shift_too_few": "{n} points are too few to tell whether they are shifted.",
    "guessed_encoding": "{file} does not say its encoding; {encoding} fits its bytes."
    " Say --encoding if names look wrong.",
    "undecodable": "{n} values of {file} have bytes that are not {encoding}.",
    "not_followed": "{file} has {n} links to other files or pictures; they are not followed.",
    "title_skipped": "The first row of {file} was taken for a title: {title}. The next one was"
    " taken for the header.",
    "keyed_by_content": "No key column: each row is known by its content, so a changed row will be"
    " a new one. Say --key COLUMN.",
    "named_by_code": "No name column: the codes are used as names. Say --map name=COLUMN.",
    "created_level": "The level {value} was new and has been added below all others.",
    "created_kind": "The kind {value} was new and has been added.",
    "would_create_level": "The level {value} is new; it would be added below all others.",
    "would_create_kind": "The kind {value} is new; it would be added.",
    "unknown_class": "{n} roads have a class that is not known ({values}); they are minor roads"
    " now. Say what it means: --class-value VALUE=CLASS, with CLASS one of {known}.",
    "no_class": "No column says the class of the roads: all are minor roads. Say --map"
    " class=COLUMN.",
    "crosses_parent": "{n} rows lie partly outside the area to which they belong.",
    "repeated_hour": "{n} times fall into the hour that the clock change repeats; the earlier one"
    " was taken, the later one for an end that would lie before its start.",
    "skipped_hour": "{n} times fall into the hour that the clock change leaves out.",
    "day_first": "Dates like {value} were read day first, as others of the file can only be read."
    " Say --day-first or --month-first to be sure.",
    "month_first": "Dates like {value} were read month first, as others of the file can only be"
    " read. Say --day-first or --month-first to be sure.",
    "unlocated": "{n} events have no coordinates. They are counted as unlocated.",
    "null_island": "{n} events lie at longitude 0, latitude 0; they are counted as unlocated.",
    "in_no_grid": "{n} events lie in no grid.",
    "shared_point": "{n} events lie at the very same point ({lon}, {lat}): perhaps a default"
    " address, not a hot spot.",
    "due_before_opened": "{n} events are due before they were opened.",
    "settled_while_open": "{n} events are not closed; what the file says about their end was left"
    " out.",
    "no_type": "{n} events have no type; they are filed under “other”.",
    "missing_ended": "{n} posts that the source no longer names end; {people} people hold none any"
    " more and leave.",
    "missing_kept": "--ending-missing ended nothing: {n} rows were rejected, or no row names"
    " a post. Correct the file first.",
    "announced": "Announced: the new cut takes effect by itself on {day}. Until then the undo of"
    " this import takes it back.",
    "carried_out": "The new cut that import {announced} announced for {day} took effect.",
    "posts_to_decide": "{n} posts wait for somebody to decide.",
    "open_posts": "{n} posts were carried over to the new versions of their grids.",
}
