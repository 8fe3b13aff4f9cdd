SELECT "colour" FROM "imaging_a_quilt_objects_view"
