/** The pages for people: overview, one registration, confirmations, and the forms on them. */
import {
  confirmRoute,
  formRoute,
  orderRoute,
  overviewRoute,
  registrationRoute,
} from '../web/page-routes.ts';
import { serve } from './http.ts';

serve('overviewPage', overviewRoute);
serve('registrationPage', registrationRoute);
serve('confirmPage', confirmRoute);
serve('orderPage', orderRoute);
serve('formOrders', formRoute);
