package station

import (
	"context"
	"net/http"
	"strings"

	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/pass"
)

// Meet asks the controller who shows a link, or has a label.
func (s *Station) Meet(ctx context.Context, who doorapi.MeetRequest) (r doorapi.MeetResponse, err error) {
	err = s.client.Ask(ctx, http.MethodPost, doorapi.PathMeet, who, &r)
	return r, err
}

// OwnPage has a link made to the page of the holder of a pass that was just made
// here.
func (s *Station) OwnPage(ctx context.Context, id pass.ID) (own doorapi.OwnPage, err error) {
	err = s.client.Ask(ctx, http.MethodPost, strings.Replace(doorapi.PathOwnPage, "{id}", id.String(), 1), struct{}{}, &own)
	return own, err
}

// meet is POST /api/meet: whose pass is to be made, before anything else is asked.
func (s *Server) meet(c call) error {
	var who doorapi.MeetRequest
	if err := c.read(&who); err != nil {
		return err
	}
	met, err := s.c.Site.Meet(c.r.Context(), who)
	if err != nil {
		return err
	}
	return c.write(met)
}
