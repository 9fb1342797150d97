"use strict";const cache=1;
//# sourceMappingURL=data:application/json;base64,eyJ2ZXJzaW9uIjozLCJzb3VyY2VzIjpbInNyYy9jYWNoZS50cyJdLCJuYW1lcyI6WyJjYWNoZSJdLCJtYXBwaW5ncyI6IkFBQUEsU0FBU0EifQ==
